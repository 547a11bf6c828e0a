"""Who pays whom how much for every pupil every month, and what would another decision cost?"""
