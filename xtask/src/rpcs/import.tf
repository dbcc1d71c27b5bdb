import {
  to = keyvalue_entry.greeting
  id = "g:greeting"
}
