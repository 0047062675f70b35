"""Making and handing over cards (制卡, 发卡): batches, personal applications, photos, fees, the office's hours."""
