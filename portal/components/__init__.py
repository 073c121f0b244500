"""Components of our own, where Streamlit has none: the uploader from the browser to S3."""
