"""The slow operations of terminals and kiosks (圈存机, 补卡机, 一体机), served beside the pages."""
