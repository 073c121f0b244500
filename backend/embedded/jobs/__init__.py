"""Processing and training jobs: real programs under the container contract."""
