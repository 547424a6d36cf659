"""Many studies in one command: in processes beside one another, each on its own, and one table at the end."""
