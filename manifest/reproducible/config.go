package reproducible

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// explainConfig says what differs in two documents, but for the digests of layers.
func explainConfig(a, b []byte) ([]Finding, error) {
	var x, y map[string]any
	if err := json.Unmarshal(a, &x); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, &y); err != nil {
		return nil, err
	}
	delete(x, "rootfs")
	delete(y, "rootfs")
	return foldHistory(explainValue("", x, y)), nil
}

// foldHistory makes one finding of the times of all steps.
func foldHistory(found []Finding) []Finding {
	var out []Finding
	for _, f := range found {
		if strings.HasPrefix(f.Path, "history[") && strings.HasSuffix(f.Path, "].created") && f.Cause == Time {
			if f.Path = "history.created"; slices.ContainsFunc(out, func(g Finding) bool { return g.Path == f.Path }) {
				continue
			}
		}
		out = append(out, f)
	}
	return out
}

// explainValue compares two values of JSON.
func explainValue(path string, a, b any) []Finding {
	if reflect.DeepEqual(a, b) {
		return nil
	}
	var found []Finding
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			break
		}
		keys := maps.Clone(x)
		maps.Copy(keys, y)
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			found = append(found, explainValue(strings.TrimPrefix(path+"."+key, "."), x[key], y[key])...)
		}
		return found
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			break
		}
		for i := range x {
			found = append(found, explainValue(path+"["+strconv.Itoa(i)+"]", x[i], y[i])...)
		}
		return found
	}
	one := explainScalar(a, b)
	one.Path = path
	return []Finding{one}
}

// explainScalar compares two values that are no lists.
func explainScalar(a, b any) Finding {
	x, okX := a.(string)
	y, okY := b.(string)
	if !okX || !okY {
		return Finding{Cause: Other, Detail: shown(inJSON(a)) + ", " + shown(inJSON(b))}
	}
	if isInstant(x) && isInstant(y) {
		return Finding{Cause: Time, Detail: x + ", " + y}
	}
	return explainLine(x, y)
}

func isInstant(text string) bool {
	_, err := time.Parse(time.RFC3339Nano, text)
	return err == nil
}

func inJSON(value any) string {
	if value == nil {
		return "none"
	}
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(body)
}
