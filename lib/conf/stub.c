/* Replaced by the part itself. */
extern int wf_conf_stub;
int wf_conf_stub;
