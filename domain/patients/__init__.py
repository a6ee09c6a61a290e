"""A practice's patients, as its members find them."""
