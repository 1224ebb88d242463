/* Replaced by the part itself. */
extern int wf_stats_stub;
int wf_stats_stub;
