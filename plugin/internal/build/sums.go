package build

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// The flags whose words do not say all of a test.
const (
	fileFlag     = "--test-config="
	scriptFlag   = "--test-script="
	variableFlag = "--test-env="
)

// sumsOf are the sums of tests; those that are known stay.
func sumsOf(tests localtest.Spec, words []string, known map[string]string) map[string]string {
	sums := map[string]string{}
	for _, word := range words {
		sum, there := known[word]
		if !there {
			sum = sumOf(tests, word, "")
		}
		if sum != "" {
			sums[word] = sum
		}
	}
	return sums
}

// sumOf tells what is behind a word: the tests in a file, the text of a script that is a file here, and of the value of
// a variable as much as shows a change, salted as an earlier sum is. It is empty where the word says it all.
func sumOf(tests localtest.Spec, word, earlier string) string {
	if path, is := strings.CutPrefix(word, fileFlag); is {
		for _, file := range tests.Files {
			if whole, err := filepath.Abs(file.Name); err == nil && whole == path {
				return strings.Join(file.Sums(), ",")
			}
		}
	}
	if text, is := strings.CutPrefix(word, scriptFlag); is {
		return scriptSum(text)
	}
	if key, is := strings.CutPrefix(word, variableFlag); is {
		return variableSum(tests.Env, key, earlier)
	}
	return ""
}

// scriptSum is of a program that is named by its path.
func scriptSum(text string) string {
	const most = 16 << 20
	command, err := localtest.ParseCommand(text)
	if err != nil || !strings.ContainsRune(command.Args[0], filepath.Separator) {
		return ""
	}
	body, err := localfile.Read(command.Args[0], most)
	if err != nil {
		return ""
	}
	return digest.FromBytes(body).String()
}

// variableSum is a salt, and of a hash under it too little to tell one guess from a thousand others.
func variableSum(entries []string, key, earlier string) string {
	const digits = 4
	salt, _, _ := strings.Cut(earlier, ":")
	if salt == "" {
		salt = rand.Text()
	}
	value := "unset"
	for _, entry := range entries {
		if name, text, set := strings.Cut(entry, "="); name == key && set {
			value = "=" + text
		}
	}
	mac := hmac.New(sha256.New, []byte(salt))
	mac.Write([]byte(value)) // a hash takes everything
	return salt + ":" + hex.EncodeToString(mac.Sum(nil))[:digits]
}

// covers tells that what is behind a word now holds all that was behind it earlier.
func covers(now, earlier string) bool {
	there := strings.Split(now, ",")
	return !slices.ContainsFunc(strings.Split(earlier, ","), func(sum string) bool { return !slices.Contains(there, sum) })
}

// sumsOfBoth are the sums of two notes: of a file that was another then, the tests of both.
func sumsOfBoth(one, other map[string]string) map[string]string {
	both := maps.Clone(one)
	for word, sum := range other {
		known, there := both[word]
		switch {
		case both == nil:
			both = map[string]string{word: sum}
		case !there:
			both[word] = sum
		case strings.HasPrefix(word, fileFlag) && known != sum:
			both[word] = known + "," + sum
		}
	}
	return both
}
