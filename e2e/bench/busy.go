//go:build linux

package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of time in /proc/stat (proc_stat(5)); every Linux that Go runs on has it.
const tick = 10 * time.Millisecond

// busy is how long the processors of the machine have computed since it started, for whomever.
func busy() (time.Duration, error) {
	file, err := os.Open("/proc/stat")
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	if !lines.Scan() {
		return 0, errors.Join(errors.New("/proc/stat is empty"), lines.Err())
	}
	var all time.Duration
	for i, field := range strings.Fields(strings.TrimPrefix(lines.Text(), "cpu ")) {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("reading /proc/stat: %w", err)
		}
		switch i {
		case 3, 4, 8, 9: // idle, waiting for a disk, and guests, who are counted as users
		default:
			all += time.Duration(n) * tick
		}
	}
	return all, nil
}
