/* Replaced by the part itself. */
extern int wf_hist_stub;
int wf_hist_stub;
