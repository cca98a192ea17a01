"""The screens: what a person looks at. Knows the bridge's public names only."""
