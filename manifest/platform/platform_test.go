package platform_test

import (
	"fmt"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

func formatted(parsed []ocispec.Platform) string {
	words := make([]string, 0, len(parsed))
	for _, p := range parsed {
		words = append(words, platform.Format(p))
	}
	return strings.Join(words, " ")
}

func TestParsePlatforms(t *testing.T) {
	for _, tc := range []struct {
		name   string
		values []string
		want   string
	}{
		{"one", []string{"linux/amd64"}, "linux/amd64"},
		{"list and spaces", []string{"linux/amd64, linux/arm64", "linux/s390x"}, "linux/amd64 linux/arm64 linux/s390x"},
		{"shorthand", []string{"arm64,amd64,arm/v7,arm/v6"}, "linux/arm64 linux/amd64 linux/arm/v7 linux/arm/v6"},
		{"arm is v7", []string{"linux/arm"}, "linux/arm/v7"},
		{"arm64/v8 is arm64", []string{"linux/arm64/v8"}, "linux/arm64"},
		{"amd64/v1 is amd64", []string{"linux/amd64/v1,linux/amd64/v3"}, "linux/amd64 linux/amd64/v3"},
		{"aliases", []string{"linux/x86_64,aarch64,armhf,i386"}, "linux/amd64 linux/arm64 linux/arm/v7 linux/386"},
		{"case", []string{"Linux/ARM64"}, "linux/arm64"},
		{"riscv64 profile", []string{"riscv64/rva22u64"}, "linux/riscv64/rva22u64"},
		{
			"os version is identity",
			[]string{"windows(10.0.20348.1)/amd64,windows(10.0.17763)/amd64,windows/amd64"},
			"windows(10.0.20348.1)/amd64 windows(10.0.17763)/amd64 windows/amd64",
		},
		{"os features", []string{"windows(10.0.17763+win32k)/amd64"}, "windows(10.0.17763+win32k)/amd64"},
		{"others", []string{"macos/arm64,freebsd/amd64,wasip1/wasm"}, "darwin/arm64 freebsd/amd64 wasip1/wasm"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			parsed, err := platform.Parse(tc.values)
			assert.NilError(t, err)
			assert.Equal(t, formatted(parsed), tc.want)
		})
	}
}

func TestParsePlatformsKeepsOSVersion(t *testing.T) {
	parsed, err := platform.Parse([]string{"windows(10.0.17763+win32k)/amd64"})
	assert.NilError(t, err)
	assert.DeepEqual(t, parsed, []ocispec.Platform{{
		OS: "windows", Architecture: "amd64", OSVersion: "10.0.17763", OSFeatures: []string{"win32k"},
	}})
}

func TestParsePlatformsRefuses(t *testing.T) {
	var many []string
	for i := range 65 {
		many = append(many, fmt.Sprintf("windows(10.0.%d)/amd64", i))
	}
	for _, tc := range []struct {
		name  string
		value string
		want  string
	}{
		{"empty", "", `invalid platform "": empty; name one`},
		{"empty in a list", "linux/amd64,,linux/arm64", `invalid platform "": empty; name one`},
		{"all", "all", `invalid platform "all": name each platform`},
		{"star", "*", `invalid platform "*": name each platform`},
		{"any", "ANY", `invalid platform "ANY": name each platform`},
		{"unknown", "unknown/unknown", `invalid platform "unknown/unknown": this marks attestations; name a real one`},
		{"os alone", "linux", `"linux": the architecture is missing; write os/arch, for example linux/amd64`},
		{"os and version alone", "windows(10.0.1)", `the architecture is missing; write os/arch, for example windows/amd64`},
		{"x86-64", "linux/x86-64", `invalid platform "linux/x86-64": did you mean linux/amd64?`},
		{"x86-64 alone", "x86-64", `invalid platform "x86-64": did you mean linux/amd64?`},
		{"armv7", "linux/armv7", `invalid platform "linux/armv7": did you mean linux/arm/v7?`},
		{"armhf with variant", "linux/armhf/v6", `invalid platform "linux/armhf/v6": did you mean linux/arm/v6?`},
		{"arm64v8", "arm64v8", `invalid platform "arm64v8": did you mean linux/arm64?`},
		{"arm64/v7", "linux/arm64/v7", `"linux/arm64/v7": arm64 has no variant "v7"; did you mean linux/arm/v7?`},
		{"amd64/v9", "linux/amd64/v9", `"linux/amd64/v9": amd64 has no variant "v9"; write linux/amd64`},
		{"s390x/v2", "linux/s390x/v2", `"linux/s390x/v2": s390x has no variant "v2"; write linux/s390x`},
		{"windows/arm/v7", "windows/arm/v7", `"windows/arm/v7": windows has no architecture "arm"; it has 386, amd64, arm64`},
		{"unknown arch", "linux/vax", `invalid platform "linux/vax": linux has no architecture "vax"; it has 386, amd64`},
		{"unknown os", "beos/amd64", `invalid platform "beos/amd64": "beos" is no known os or architecture; name one`},
		{"a word", "potato", `invalid platform "potato": "potato" is no known os or architecture; name one`},
		{"four parts", "linux/arm/v7/x", `invalid platform "linux/arm/v7/x": write os/arch or os/arch/variant`},
		{"trailing slash", "linux/amd64/", `invalid platform "linux/amd64/": write os/arch or os/arch/variant`},
		{"no os", "/amd64", `invalid platform "/amd64": "" is no known os or architecture`},
		{"escape", "linux/\x1b[31m", `invalid platform "linux/\x1b[31m": write os/arch`},
		{"version with comma", "windows(10%2C0)/amd64", `the os version or feature "10,0" may hold letters`},
		{"twice", "linux/amd64,linux/amd64", `invalid platform "linux/amd64": given twice, "linux/amd64" is the same`},
		{"more than 64", strings.Join(many, ","), `invalid platform "windows(10.0.64)/amd64": more than 64 platforms`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			parsed, err := platform.Parse([]string{tc.value})
			assert.ErrorIs(t, err, platform.ErrInvalid)
			assert.ErrorContains(t, err, tc.want)
			assert.Assert(t, !strings.Contains(err.Error(), "\n"))
			assert.Assert(t, is.Nil(parsed))
		})
	}
}

func TestParsePlatformsNone(t *testing.T) {
	_, err := platform.Parse(nil)
	assert.ErrorIs(t, err, platform.ErrInvalid)
	assert.ErrorContains(t, err, "none given")
}

func TestParsePlatforms64(t *testing.T) {
	var values []string
	for i := range 64 {
		values = append(values, fmt.Sprintf("windows(10.0.%d)/amd64", i))
	}
	parsed, err := platform.Parse(values)
	assert.NilError(t, err)
	assert.Equal(t, len(parsed), 64)
}

func TestFormatPlatform(t *testing.T) {
	assert.Equal(t, platform.Format(ocispec.Platform{}), "unknown")
	assert.Equal(t, platform.Format(ocispec.Platform{Architecture: "amd64"}), "unknown")
	assert.Equal(t, platform.Format(ocispec.Platform{OS: "linux"}), "unknown")
	p := ocispec.Platform{OS: "Linux", Architecture: "aarch64", Variant: "v8", OSFeatures: []string{"b", "a"}}
	assert.Equal(t, platform.Format(p), "linux(+a+b)/arm64")
	assert.DeepEqual(t, p.OSFeatures, []string{"b", "a"})
}

func FuzzParsePlatforms(f *testing.F) {
	for _, seed := range []string{
		"linux/amd64", "arm64,arm/v7", "windows(10.0.1+win32k)/amd64", "linux/arm64/v8,linux/arm64", "macos/arm64", "armhf",
		"linux/x86-64", "*", "linux()/amd64", "windows(%2B)/amd64", "linux/arm64/v9.0", "/", "a/b/c/d",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		parsed, err := platform.Parse([]string{value})
		if err != nil {
			assert.ErrorIs(t, err, platform.ErrInvalid)
			return
		}
		again, err := platform.Parse([]string{strings.ReplaceAll(formatted(parsed), " ", ",")})
		assert.NilError(t, err)
		assert.DeepEqual(t, again, parsed)
		for _, p := range parsed {
			_, err := platform.ArchTag("1.0", p)
			assert.Check(t, err == nil || len(value) > 64, "%v", err)
		}
	})
}

// Spellings of one platform are one, as the first says it; a variant that was said stays, whichever says it.
func TestParseTakesSpellingsTogether(t *testing.T) {
	for given, want := range map[string]string{
		"linux/arm64/v8,arm64,linux/amd64": "arm64/v8 amd64/",
		"arm64,linux/amd64,linux/arm64/v8": "arm64/v8 amd64/",
		"linux/x86_64,linux/amd64":         "amd64/",
		"linux/amd64/v1,linux/arm/7,arm":   "amd64/v1 arm/v7",
		"linux/aarch64":                    "arm64/",
	} {
		parsed, err := platform.ParseStated([]string{given})
		assert.NilError(t, err)
		var got []string
		for _, p := range parsed {
			got = append(got, p.Architecture+"/"+p.Variant)
		}
		assert.Equal(t, strings.Join(got, " "), want, given)
	}
	assert.DeepEqual(t, platform.Spellings([]string{"linux/arm64/v8,arm64", "aarch64", "linux/amd64", "nonsense"}),
		[][]string{{"linux/arm64/v8", "arm64", "aarch64"}})
	assert.Equal(t, len(platform.Spellings([]string{"linux/arm64,linux/amd64"})), 0)
}
