"""Studies: comparisons and measurements that are run by hand and published in results/."""
