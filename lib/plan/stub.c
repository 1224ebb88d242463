/* Replaced by the part itself. */
extern int wf_plan_stub;
int wf_plan_stub;
