package registry

import (
	"context"
	"net/http"
	"strings"
)

// smallKey marks in a context that a blob which is read is a small one, such as a config.
type smallKey struct{}

// small returns ctx marked so that what is read is no layer.
func small(ctx context.Context) context.Context { return context.WithValue(ctx, smallKey{}, true) }

// ofDocument tells that a request and its answer are small: that no layer is read or written by it, and no tag.
func ofDocument(req *http.Request) bool {
	path := firstOf(req).URL.Path
	switch req.Method {
	case http.MethodHead:
		return true
	case http.MethodGet:
		return !strings.Contains(path, "/blobs/") || req.Context().Value(smallKey{}) != nil
	case http.MethodPost: // of a token server
		return !strings.Contains(path, "/blobs/")
	}
	return false
}

// ofLayer tells that a request moves a layer.
func ofLayer(req *http.Request) bool {
	path := firstOf(req).URL.Path
	return !ofDocument(req) && strings.Contains(path, "/blobs/")
}
