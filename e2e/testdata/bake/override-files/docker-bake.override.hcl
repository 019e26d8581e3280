target "default" {
  tags = ["a:2"]
  args = { o = "1" }
}
