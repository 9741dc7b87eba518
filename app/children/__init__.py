"""Children in need: the register, cases of the four stages, the survey of left-behind women."""
