"""Files of people and of postcodes, as others publish them, read into what is stored of them."""
