"""The engine over the editions on disk: processes that can be ended, their turns and what they cost."""
