//! The derive macro of tfplugin's models.
