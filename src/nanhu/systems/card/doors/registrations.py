"""What the portal, the doctor and the worker show of this part."""
