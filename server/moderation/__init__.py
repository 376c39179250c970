"""What the staff may do to keep the peace. Every deed is written into the audit as it is done."""
