"""What can be done with the patients whom a member has chosen in a report: each action is one small file."""
