"""What maintainers run by hand: packaged data made again. No part of what is installed."""
