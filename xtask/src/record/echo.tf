# Values of every type as hosts send them: null, unknown with and without refinements, known, and numbers of every width.

terraform {
  required_providers {
    echo = {
      source = "wandb-community/wandb"
    }
  }
}

variable "round" {
  type    = number
  default = 1
}

# Unknown until it is applied, and then always the same.
resource "terraform_data" "later" {
  input = "later"
}

locals {
  later = tostring(terraform_data.later.output)

  numbers = {
    zero           = 0
    negative       = -1
    fixed          = 127
    byte           = 128
    short          = 65536
    int            = 4294967296
    beyond_doubles = 9007199254740993
    lowest_int64   = -9223372036854775808
    highest_uint64 = 18446744073709551615
    beyond_uint64  = 18446744073709551617
    long           = 123456789012345678901234567890.123456789
    half           = 0.5
    tenth          = 0.1
    large          = 1e100
    small          = 1e-50
    negative_tenth = -0.1
  }
}

resource "echo_values" "null" {}

resource "echo_values" "number" {
  for_each = local.numbers

  number  = each.value
  dynamic = each.value
}

resource "echo_values" "text" {
  for_each = {
    empty      = ""
    decomposed = "Zoe\u0308"
    emoji      = "\U0001F9EA"
    controls   = "tab\tline\nnul-free"
    long       = join("", [for _ in range(40) : "0123456789"])
  }

  string  = each.value
  dynamic = each.value
}

resource "echo_values" "empty" {
  list_of_strings = []
  set_of_numbers  = []
  map_of_bools    = {}
  map_of_lists    = {}
  set_of_objects  = []
  nested_list     = []
  nested_set      = []
  nested_map      = {}
  dynamic         = []
}

resource "echo_values" "known" {
  string          = "round ${var.round}"
  number          = var.round
  bool            = var.round > 1
  dynamic         = { a = [1, "two", null], b = true }
  list_of_strings = ["b", "a", null]
  set_of_numbers  = [3, 1, 2]
  map_of_bools    = { yes = true, no = false, maybe = null }
  object          = { name = "n", size = null }
  tuple           = ["s", 1, null]
  map_of_lists    = { one = ["1"], none = [], null = null }
  set_of_objects  = [{ name = "a", tags = [] }, { name = null, tags = null }]
  nested_single   = { name = "single" }
  nested_list     = [{ name = "first", size = 1 }, {}]
  nested_set      = [{ name = "x" }, { size = 2 }]
  nested_map      = { key = { name = "value" } }
}

resource "echo_values" "unknown" {
  string          = local.later
  number          = length(local.later)
  bool            = local.later == "later"
  dynamic         = terraform_data.later.output
  list_of_strings = ["known", local.later]
  set_of_numbers  = [1, length(local.later)]
  map_of_bools    = { later = local.later == "later" }
  object          = { name = local.later, size = 1 }
  tuple           = [local.later, 1, true]
  map_of_lists    = { later = [local.later] }
  set_of_objects  = [{ name = local.later, tags = [local.later] }]
  nested_single   = { name = local.later }
  nested_list     = [{ name = local.later }]
  nested_set      = [{ name = local.later }, { name = "known" }]
  nested_map      = { key = { size = length(local.later) } }
}

resource "echo_values" "refined" {
  string          = "prefix-${local.later}"
  number          = length("prefix-${local.later}")
  dynamic         = "prefix-${local.later}"
  list_of_strings = [for part in toset([local.later, "known"]) : part]
  set_of_numbers  = toset([length(local.later), 5])
  map_of_bools    = { for part in [local.later] : part => true }
}
