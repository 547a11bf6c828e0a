"""The release desk: who asked for a release, who let it pass, what is out, and a log that tells of every step."""
