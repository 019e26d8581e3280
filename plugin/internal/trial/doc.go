// Package trial takes one image to its outcome, wherever the image stands: it is audited, loaded into the engine, and
// tested there or tried by a person. What came of it is one value, made once; who asked for it writes it down.
package trial
