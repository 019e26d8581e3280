package cluster

import (
	"regexp"
	"strings"
)

// everyTaint is the key of a toleration that stands for all keys.
const everyTaint = "*"

// isToleration tells KEY[=VALUE][:EFFECT] from anything else.
func isToleration(text string) bool {
	const word = `[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?`
	return regexp.MustCompile(`^(\*|([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?` + word + `(=(` + word + `)?)?)` +
		`(:(NoSchedule|PreferNoSchedule|NoExecute))?$`).MatchString(text)
}

// toleration is one as pods have it: of a key without a value, all values are no hindrance.
func toleration(text string) object {
	taint, effect, _ := strings.Cut(text, ":")
	key, value, equal := strings.Cut(taint, "=")
	t := object{"operator": "Exists"}
	if key != everyTaint {
		t["key"] = key
	}
	if equal {
		t["operator"], t["value"] = "Equal", value
	}
	if effect != "" {
		t["effect"] = effect
	}
	return t
}

// tolerations are those of the place, and that of what nodes are: who tests an architecture means its nodes.
func (p Place) tolerations() []object {
	list := []object{{"key": archLabel, "operator": "Exists"}}
	for _, text := range p.Tolerations {
		list = append(list, toleration(text))
	}
	return list
}

// TolerationsOf reads the driver's option tolerations: key=…,operator=…,value=…,effect=…;… How long a pod may stay is
// left out, as tests are short; so is what no taint can be written as.
func TolerationsOf(option string) (list []string) {
	for entry := range strings.SplitSeq(option, ";") {
		has := map[string]string{}
		for field := range strings.SplitSeq(entry, ",") {
			key, value, _ := strings.Cut(field, "=")
			has[key] = value
		}
		text := has["key"]
		switch {
		case has["operator"] != "Exists":
			text += "=" + has["value"]
		case text == "":
			text = everyTaint
		}
		if has["effect"] != "" {
			text += ":" + has["effect"]
		}
		if isToleration(text) {
			list = append(list, text)
		}
	}
	return list
}
