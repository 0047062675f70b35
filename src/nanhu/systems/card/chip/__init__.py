"""The chip's e-purse (电子钱包): keys, MAC and TAC, the card balance beside the book balance."""
