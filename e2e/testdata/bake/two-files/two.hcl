variable "V" { default = "2" }
target "app" {
  args = { B = "two" }
  context = BAKE_CMD_CONTEXT
}
