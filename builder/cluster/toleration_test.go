package cluster

import (
	"encoding/json"
	"testing"

	"gotest.tools/v3/assert"
)

// Taints are written as kubectl writes them, and those of a builder are read from the option of its driver.
func TestTolerations(t *testing.T) {
	for option, want := range map[string][]string{
		"": nil,
		"key=farm/only,value=x,operator=Equal,effect=NoSchedule": {"farm/only=x:NoSchedule"},
		"key=a,value=b;key=c,operator=Exists":                    {"a=b", "c"},
		"operator=Exists":                                        {"*"},
		"operator=Exists,effect=NoExecute,tolerationSeconds=9":   {"*:NoExecute"},
	} {
		assert.DeepEqual(t, TolerationsOf(option), want)
	}
	p, err := ParsePlace("kubernetes,toleration=farm/only=x:NoSchedule,toleration=spot,toleration=*:NoExecute")
	assert.NilError(t, err)
	assert.Equal(t, p.String(), "kubernetes,toleration=farm/only=x:NoSchedule,toleration=spot,toleration=*:NoExecute")
	assert.DeepEqual(t, p.tolerations(), []object{
		{"key": archLabel, "operator": "Exists"},
		{"key": "farm/only", "operator": "Equal", "value": "x", "effect": "NoSchedule"},
		{"key": "spot", "operator": "Exists"},
		{"operator": "Exists", "effect": "NoExecute"},
	})
	for _, wrong := range []string{"", "=x", "a:Never", "a=b c", "*=x"} {
		_, err := ParsePlace("kubernetes,toleration=" + wrong)
		assert.ErrorContains(t, err, "is no taint of nodes")
	}
	home := Place{At: "prod/ci", Tolerations: []string{"a"}}
	assert.DeepEqual(t, Place{}.Or(home).Tolerations, home.Tolerations)
	assert.Equal(t, len(Place{At: "other/ci"}.Or(home).Tolerations), 0)
}

// What keeps tests away from the nodes of a platform is named, with what helps; what does not, or what Kubernetes has put
// there itself, is not.
func TestTainted(t *testing.T) {
	var nodes list[node]
	assert.NilError(t, json.Unmarshal([]byte(`{"items": [
		{"metadata": {"name": "n1", "labels": {"farm": "yes"}}, "spec": {"taints": [
			{"key": "team", "value": "ci", "effect": "NoSchedule"}, {"key": "spot", "effect": "NoExecute"},
			{"key": "soft", "effect": "PreferNoSchedule"}, {"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"},
			{"key": "kubernetes.io/arch", "value": "arm64", "effect": "NoSchedule"}]}},
		{"metadata": {"name": "n2"}, "spec": {"taints": [{"key": "team", "effect": "NoSchedule"}]}}]}`), &nodes))
	c := &Cluster{nodes: nodes.Items}
	p := &Pool{Cluster: c, selector: map[string]string{"farm": "yes"}}
	c.place.Tolerations = []string{"spot"}
	assert.Equal(
		t,
		p.tainted(),
		"; node n1 is tainted team=ci:NoSchedule, and toleration=team=ci:NoSchedule makes that no hindrance",
	)
	for _, toleration := range []string{"team", "team=ci", "team=ci:NoSchedule", "*"} {
		c.place.Tolerations = []string{"spot", toleration}
		assert.Equal(t, p.tainted(), "")
	}
	c.place.Tolerations = []string{"spot", "team=other"}
	assert.Check(t, p.tainted() != "")
}
