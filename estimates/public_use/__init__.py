"""A file of persons that may be given away: classes that hide in numbers, risk, masked weights and replicates."""
