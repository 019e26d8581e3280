// Package localtest tries one platform's image in a Docker Engine: it loads the image and runs its tests.
package localtest
