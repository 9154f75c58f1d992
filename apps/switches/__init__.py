"""What takes two people in running the installation: stopping payments, letting them go on, a new code key."""
