"""The tabs of the person screen, one module each; ``registry`` lists them, ``base`` says how to add one."""
