target "default" {
  policy = ["filename=a.rego,strict=false"]
}
target "other" {}
