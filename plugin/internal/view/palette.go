package view

import (
	"strconv"
	"strings"

	"github.com/morikuni/aec"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/board"
)

// Variables that choose colours.
const (
	noColorVariable = "NO_COLOR"        // <https://no-color.org>
	colorsVariable  = "BUILDKIT_COLORS" // run=green:error=red:cancel=255,165,0, as in docker buildx build
)

// palette is what tones look like.
type palette map[board.Tone]aec.ANSI

// paletteOf is the one of the environment. By itself only what went well, or wrong, has a colour: green and red can be
// read on light and on dark, as the terminal has them.
func paletteOf(getenv func(string) string) palette {
	if getenv(noColorVariable) != "" {
		return nil
	}
	p := palette{board.Good: aec.GreenF, board.Bad: aec.RedF, board.Off: aec.YellowF}
	for field := range strings.SplitSeq(getenv(colorsVariable), ":") {
		key, value, _ := strings.Cut(field, "=")
		color := colorOf(value)
		if color == nil {
			continue // BuildKit's own display says so
		}
		switch strings.ToLower(key) {
		case "run":
			p[board.Good], p[board.Busy] = color, color
		case "cancel":
			p[board.Off] = color
		case "error":
			p[board.Bad] = color
		}
	}
	return p
}

// colorOf is a colour by BuildKit's name for it, or by three numbers; nil: it is none.
func colorOf(value string) aec.ANSI {
	value = strings.ToLower(strings.Trim(value, `"`))
	if parts := strings.Split(value, ","); len(parts) == 3 {
		var rgb [3]uint8
		for i, part := range parts {
			n, err := strconv.ParseUint(strings.TrimSpace(part), 10, 8)
			if err != nil {
				return nil
			}
			rgb[i] = uint8(n)
		}
		return aec.Color8BitF(aec.NewRGB8Bit(rgb[0], rgb[1], rgb[2]))
	}
	return map[string]aec.ANSI{
		"default": aec.DefaultF, "black": aec.BlackF, "blue": aec.BlueF, "cyan": aec.CyanF, "green": aec.GreenF,
		"magenta": aec.MagentaF, "red": aec.RedF, "white": aec.WhiteF, "yellow": aec.YellowF,
		"light-black": aec.LightBlackF, "light-blue": aec.LightBlueF, "light-cyan": aec.LightCyanF,
		"light-green": aec.LightGreenF, "light-magenta": aec.LightMagentaF, "light-red": aec.LightRedF,
		"light-white": aec.LightWhiteF, "light-yellow": aec.LightYellowF,
	}[value]
}

// paint is a line in its colours.
func (p palette) paint(l board.Line) string {
	var b strings.Builder
	for _, s := range l {
		if color := p[s.Tone]; color != nil && strings.TrimSpace(s.Text) != "" {
			b.WriteString(color.Apply(s.Text))
			continue
		}
		b.WriteString(s.Text)
	}
	return strings.TrimRight(b.String(), " ")
}
