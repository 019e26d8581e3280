// Package create makes a builder: it compares the one there is with what is asked for, and makes, replaces or reuses
// it. What is made follows the engine in use, so that its builder pulls from where the engine pulls from. Nothing is
// started.
package create
