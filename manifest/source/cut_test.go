package source

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"gotest.tools/v3/assert"
)

// A stream that the network cuts off says so; it has not ended.
func TestStreamThatIsCut(t *testing.T) {
	broken := fmt.Errorf("the registry broke off: %w", io.ErrUnexpectedEOF)
	reader := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken))
	s := &Stream{reader: reader, size: 8}
	_, err := s.ReadAt(make([]byte, 8), 0)
	assert.Check(t, errors.Is(err, broken), "%v", err)

	_, err = (&Stream{reader: strings.NewReader("half"), size: 8}).ReadAt(make([]byte, 8), 0)
	assert.Check(t, errors.Is(err, io.EOF), "%v", err)
}
