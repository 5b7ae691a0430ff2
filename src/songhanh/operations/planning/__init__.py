"""Decision runs in the background, and the Decide pages that show them."""
