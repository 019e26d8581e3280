package trial

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
)

// The flags whose words do not say all of a test.
const (
	fileFlag     = "--test-config="
	stackFlag    = "--test-compose="
	scriptFlag   = "--test-script="
	variableFlag = "--test-env="
)

// environmentSum begins the part of a test file's sum that is of the variables it takes from this machine.
const environmentSum = "env="

// sumOf tells what is behind a word: the tests in a file with what they take from this machine, a compose file, the
// files that a script is made of, and of the value of a variable as much as shows a change, salted as an earlier sum
// is. It is empty where the word says it all. files are those of this machine that count, with their sums.
func sumOf(tests localtest.Spec, files map[string]string, word, earlier string) string {
	if path, is := strings.CutPrefix(word, fileFlag); is {
		for _, file := range tests.Files {
			if whole, err := filepath.Abs(file.Name); err == nil && whole == path {
				return fileSum(file, files, earlier)
			}
		}
	}
	if text, is := strings.CutPrefix(word, stackFlag); is {
		for _, stack := range tests.Stacks {
			whole, err := filepath.Abs(stack.File)
			if err == nil && strings.TrimSuffix(stack.Text, stack.File)+whole == text {
				return stack.Digest
			}
		}
	}
	if text, is := strings.CutPrefix(word, scriptFlag); is {
		return scriptSum(text, files)
	}
	if key, is := strings.CutPrefix(word, variableFlag); is {
		return variableSum(tests.Env, key, earlier)
	}
	return ""
}

// fileSum is of each test in a file, of the variables it takes from here, and of what is mounted.
func fileSum(file structure.File, files map[string]string, earlier string) string {
	sums := file.Sums()
	if options := file.ContainerRunOptions; options.EnvFile != "" || len(options.EnvVars) > 0 {
		before := ""
		for _, part := range strings.Split(earlier, ",") {
			if rest, is := strings.CutPrefix(part, environmentSum); is {
				before = rest
			}
		}
		sums = append(sums, environmentSum+salted(before, strings.Join(file.RunEnv, "\x00")))
	}
	for i, mount := range file.ContainerRunOptions.BindMounts {
		for rest, sum := range below(files, mountedFrom(mount)) {
			sums = append(sums, short(file.ContainerRunOptions.Mounts[i]+"\x00"+rest+"\x00"+sum))
		}
	}
	slices.Sort(sums)
	return strings.Join(slices.Compact(sums), ",")
}

// scriptSum is of the program, where it is named by its path, and of the files among its arguments.
func scriptSum(text string, files map[string]string) string {
	command, err := localtest.ParseCommand(text)
	if err != nil {
		return ""
	}
	var sums []string
	for i, arg := range command.Args {
		if i == 0 && !strings.ContainsRune(arg, filepath.Separator) {
			continue
		}
		for _, path := range filesOf(localtest.Command{Args: []string{arg}}) {
			sum, known := files[path]
			switch {
			case known && i == 0 && path == arg:
				sums = append(sums, digest.NewDigestFromEncoded(digest.SHA256, sum).String())
			case known:
				sums = append(sums, short(strconv.Itoa(i)+"\x00"+sum))
			case isFolder(path) && !isOfMachine(path):
				for rest, sum := range below(files, path) {
					sums = append(sums, short(strconv.Itoa(i)+"\x00"+rest+"\x00"+sum))
				}
			}
		}
	}
	slices.Sort(sums)
	return strings.Join(slices.Compact(sums), ",")
}

// short is as much of a hash as tells files apart that nobody has made for that.
func short(text string) string {
	const digits = 16
	return digest.FromString(text).Encoded()[:digits]
}

// variableSum is of the value of a variable.
func variableSum(entries []string, key, earlier string) string {
	value := "unset"
	for _, entry := range entries {
		if name, text, set := strings.Cut(entry, "="); name == key && set {
			value = "=" + text
		}
	}
	return salted(earlier, value)
}

// salted is a salt, and of a hash under it too little to tell one guess from a thousand others. The salt is that of an
// earlier one.
func salted(earlier, text string) string {
	const digits = 4
	salt, _, _ := strings.Cut(earlier, ":")
	if salt == "" {
		salt = rand.Text()
	}
	mac := hmac.New(sha256.New, []byte(salt))
	mac.Write([]byte(text)) // a hash takes everything
	return salt + ":" + hex.EncodeToString(mac.Sum(nil))[:digits]
}
