"""Who works in a practice: asked, let in, changed, deactivated; and whose information administrators view."""
