target "app" { contexts = { x = "target:app" } }
