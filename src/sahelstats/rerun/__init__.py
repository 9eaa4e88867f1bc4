"""What papermill runs: parameters, execution, the test of success, and where results go."""
