target "app" {
  contexts = { foo = "baz", bar = "target:mid", img = "docker-image://alpine" }
  platforms = ["linux/amd64", "linux/arm64"]
}
target "mid" {
  contexts = { foo = "target:foo" }
  platforms = ["linux/amd64", "linux/arm64", "linux/s390x"]
}
target "foo" { entitlements = ["network.host"] }
