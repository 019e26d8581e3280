variable "V" { default = "1" }
target "app" {
  tags = ["app:${V}"]
  args = { A = "one" }
}
