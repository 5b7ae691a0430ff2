"""How numbers and dates are written. Django's own `vi` reads 05/06 as 6 May and does not group digits."""
