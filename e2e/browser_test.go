//go:build e2e

package e2e

import (
	"context"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"gotest.tools/v3/assert"
)

// browserTab is a page in a browser without a screen, and all that it asked for and complained of.
type browserTab struct {
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	requests   []string
	complaints []string
}

// openPage opens a file.
func openPage(t *testing.T, file string) *browserTab {
	t.Helper()
	path, err := filepath.Abs(file)
	assert.NilError(t, err)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))
	ctx, end := chromedp.NewExecAllocator(t.Context(), options...)
	ctx, shut := chromedp.NewContext(ctx)
	t.Cleanup(func() { shut(); end() })
	tab := &browserTab{t: t, ctx: ctx}
	assert.NilError(t, chromedp.Listen(ctx, tab.heard))
	call(tab, network.Enable, network.EnableParams{})
	call(tab, log.Enable, cdp.Empty{})
	call(tab, runtime.Enable, cdp.Empty{})
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
		})
		assert.NilError(t, err)
	}
	tab.do(chromedp.Navigate((&url.URL{Scheme: "file", Path: path}).String()))
	return tab
}

// call has the browser carry out a command.
func call[P, R any](b *browserTab, command cdp.Command[P, R], params P) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, params)
		return err
	}))
}

// heard takes down what the page asked for, and what went wrong in it.
func (b *browserTab) heard(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, event.Request.URL)
	case *log.EventEntryAdded:
		b.complaints = append(b.complaints, event.Entry.Text)
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, event.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		b.complaints = append(b.complaints, "console."+string(event.Type))
	}
}

// quiet checks that the page has asked for nothing but itself, and complained of nothing.
func (b *browserTab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, address := range b.requests {
		assert.Check(b.t, address == b.requests[0], "the page asked for %s", address)
	}
	assert.Equal(b.t, len(b.complaints), 0, "%q", b.complaints)
}

// do has the browser do something.
func (b *browserTab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	const patience = time.Minute
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if chromedp.FromContext(b.ctx).Target == nil { // the first call is for as long as the browser lives
		ctx = b.ctx
	}
	assert.NilError(b.t, chromedp.Do(ctx, actions...))
}

// eval is the value of an expression in a page; a promise is waited for.
func eval[T any](b *browserTab, expression string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	assert.NilError(b.t, err, expression)
	return value
}

// tabTo goes on by the key until an element has the focus, and checks that it is to be seen that it has.
func (b *browserTab) tabTo(selector string) {
	b.t.Helper()
	const most = 300
	for range most {
		b.do(chromedp.KeyEvent(kb.Tab))
		if eval[bool](b, "document.activeElement.matches('"+selector+"')") {
			assert.Equal(b.t, eval[string](b, "getComputedStyle(document.activeElement).outlineStyle"), "solid", selector)
			return
		}
	}
	b.t.Fatalf("no way by the keyboard to %s", selector)
}

// seen tells how many of the elements can be seen.
func (b *browserTab) seen(selector string) int {
	b.t.Helper()
	return eval[int](b, "[...document.querySelectorAll('"+selector+"')].filter(e => e.getClientRects().length).length")
}

// scheme makes the user want light or dark.
func (b *browserTab) scheme(name string) {
	b.t.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: name},
	}})
}

// contrast is the least contrast of the text of elements to what is behind it, by WCAG 2.
func (b *browserTab) contrast(selector string) float64 {
	b.t.Helper()
	return eval[float64](b, `(() => {
		const rgb = (text) => text.match(/[\d.]+/g).map(Number);
		const light = (text) => {
			const [r, g, b] = rgb(text).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
			return 0.2126 * r + 0.7152 * g + 0.0722 * b;
		};
		const behind = (e) => {
			for (; e; e = e.parentElement) {
				const color = getComputedStyle(e).backgroundColor;
				if (rgb(color)[3] !== 0) return color;
			}
			return "rgb(255, 255, 255)";
		};
		let least = 21;
		for (const e of document.querySelectorAll("`+selector+`")) {
			const [a, b] = [light(getComputedStyle(e).color), light(behind(e))];
			least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
		}
		return least;
	})()`)
}
