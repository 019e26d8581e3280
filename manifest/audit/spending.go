package audit

import "sync"

// imagesAtLimit is how many images of one command may be as costly as they can be: an index can list many.
const imagesAtLimit = 3

// spending is what the images have cost that were audited so far: that which is in no proportion to what they are.
type spending struct {
	mu    sync.Mutex
	steps int
	plain int64
}

// add counts one image.
func (s *spending) add(b *budget) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps += max(0, b.steps-stepsPerFile*b.files-stepsPerRecord*b.records)
	s.plain += max(0, b.plain-maxRatio*b.packed)
}

// rest is what the next image may cost.
func (s *spending) rest(of limits) limits {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := limits{
		steps: max(0, min(of.steps, imagesAtLimit*of.steps-s.steps)),
		plain: max(0, min(of.plain, imagesAtLimit*of.plain-s.plain)),
	}
	left.shared = left != of
	return left
}
