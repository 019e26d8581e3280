target "app" {
  contexts = { x = "target:dep" }
  platforms = ["linux/amd64", "linux/arm64"]
}
target "dep" { platforms = ["linux/arm64", "linux/arm/v7"] }
