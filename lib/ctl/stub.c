/* Replaced by the part itself. */
extern int wf_ctl_stub;
int wf_ctl_stub;
