target "webapp" {
  dockerfile = "test"
}
