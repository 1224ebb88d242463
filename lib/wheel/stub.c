/* Replaced by the part itself. */
extern int wf_wheel_stub;
int wf_wheel_stub;
